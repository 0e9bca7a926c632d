-- Which songs rose most from one week to the next, by the last two complete weeks?
-- unit: a play, in the week it began; only songs with more plays than the week before are shown
-- denominator: none, change is a difference of counts
-- time zone: UTC, weeks from Monday to Sunday
-- unfinished period: a week counts as soon as the log has reached its Sunday; without two such weeks there is no row
with recursive

{{> log_days events=(ref "staging_events")}},

newest as (

    select max(cast(date_trunc('week', day) as date)) as week_of

    from log_days

    where cast(date_trunc('week', day) as date) - 7 >= first_day
        and cast(date_trunc('week', day) as date) + 6 <= last_day

),

weeks as (

    select
        song_title,
        artist_name,
        cast(date_trunc('week', start_time) as date) as week_of,
        count(*) as plays

    from {{ref "songplays"}}

    group by song_title, artist_name, cast(date_trunc('week', start_time) as date)

)

select
    weeks.week_of,
    weeks.song_title,
    weeks.artist_name,
    coalesce(before.plays, 0) as plays_before,
    weeks.plays,
    weeks.plays - coalesce(before.plays, 0) as change

from weeks

inner join newest
    on weeks.week_of = newest.week_of

left join weeks as before
    on weeks.song_title = before.song_title
    and weeks.artist_name = before.artist_name
    and weeks.week_of - 7 = before.week_of

where weeks.plays > coalesce(before.plays, 0)

order by change desc, weeks.song_title, weeks.artist_name
limit 15
