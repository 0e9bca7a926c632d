-- On which days of the week do people listen most? A log seldom holds every weekday equally often, so compare plays_a_day.
-- unit: a play, on the day it began
-- denominator: of the figures a day, the days of that weekday within the log, those without plays too; of plays_a_listener,
--     the listeners of each of these days, added up
-- time zone: UTC
-- unfinished period: the first and the last day of the log count as whole days, although it may begin or end within them
with recursive

{{> log_days events=(ref "staging_events")}},

plays as (

    select
        cast(start_time as date) as day,
        count(*) as plays,
        count(distinct user_id) as listeners

    from {{ref "songplays"}}

    group by cast(start_time as date)

),

days as (

    select
        cast(extract(dow from log_days.day) as smallint) as weekday,
        coalesce(plays.plays, 0) as plays,
        coalesce(plays.listeners, 0) as listeners

    from log_days

    left join plays
        on log_days.day = plays.day

)

select
    weekday,
    case weekday
        when 0 then 'Sunday'
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        when 6 then 'Saturday'
    end as day_name,
    count(*) as days,
    sum(plays) as plays,
    round(1.0 * sum(plays) / count(*), 1) as plays_a_day,
    round(1.0 * sum(listeners) / count(*), 1) as listeners_a_day,
    round(1.0 * sum(plays) / nullif(sum(listeners), 0), 1) as plays_a_listener

from days

group by weekday
order by weekday
