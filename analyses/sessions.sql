-- How long do people listen in one go, free and paid?
-- unit: a session with at least one play. It lasts from the start of its first song to the end of its last, the start plus
--     the duration of the song. One whose plays are of both levels is neither free nor paid: its level is 'changed'
-- denominator: of the averages, the sessions of the level
-- time zone: UTC; a session belongs to no day
-- unfinished period: a session that has not ended when the log ends is counted as if it had
with

plays as (

    select
        session_id,
        level,
        min(start_time) over (partition by session_id) as session_start,
        start_time,
        coalesce(duration, 0) as duration,
        row_number() over (partition by session_id order by start_time desc, item_in_session desc) as place_from_last

    from {{ref "songplays"}}

),

sessions as (

    select
        session_id,
        case when min(level) = max(level) then min(level) else 'changed' end as level,
        count(*) as plays,
        max(
            case
                when place_from_last = 1
                    then datediff('millisecond', session_start, start_time) / 1000.0 + duration
            end
        ) as seconds

    from plays

    group by session_id

)

select
    level,
    count(*) as sessions,
    round(avg(1.0 * plays), 1) as plays_a_session,
    round(cast(avg(seconds) / 60 as decimal(18, 6)), 1) as minutes_a_session,
    max(plays) as longest_in_plays

from sessions

group by level
order by level
