-- How long do people listen in one go, free and paid?
with

sessions as (

    select
        session_id,
        max(level) as level,
        count(*) as plays,
        datediff('second', min(start_time), max(start_time)) / 60.0 as minutes

    from {{ref "songplays"}}

    group by session_id

)

select
    level,
    count(*) as sessions,
    round(avg(1.0 * plays), 1) as plays_a_session,
    round(avg(minutes), 1) as minutes_a_session,
    max(plays) as longest_in_plays

from sessions

group by level
order by level
