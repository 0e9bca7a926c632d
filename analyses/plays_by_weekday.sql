-- On which days of the week, and how many plays a listener makes on them?
select
    time.weekday,
    case time.weekday
        when 0 then 'Sunday'
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        when 6 then 'Saturday'
    end as day_name,
    count(*) as plays,
    count(distinct songplays.user_id) as listeners,
    round(1.0 * count(*) / count(distinct songplays.user_id), 1) as plays_a_listener

from {{ref "songplays"}} as songplays

inner join {{ref "time"}} as time
    on songplays.start_time = time.start_time

group by time.weekday
order by time.weekday
