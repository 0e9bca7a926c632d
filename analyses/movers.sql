-- Which songs rose most from the week before the last whole one to that one?
with

weeks as (

    select
        song_title,
        artist_name,
        date_trunc('week', start_time) as week,
        count(*) as plays

    from {{ref "songplays"}}

    group by song_title, artist_name, date_trunc('week', start_time)

),

newest as (

    select date_trunc('week', max(start_time)) - interval '7 days' as week
    from {{ref "songplays"}}

)

select
    weeks.song_title,
    weeks.artist_name,
    coalesce(before.plays, 0) as plays_before,
    weeks.plays,
    weeks.plays - coalesce(before.plays, 0) as change

from weeks

inner join newest
    on weeks.week = newest.week

left join weeks as before
    on weeks.song_title = before.song_title
    and weeks.artist_name = before.artist_name
    and before.week = newest.week - interval '7 days'

order by change desc, weeks.song_title, weeks.artist_name
limit 15
