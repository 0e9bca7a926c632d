-- When in the day do people listen? Hours are UTC.
select
    time.hour,
    count(*) as plays,
    count(distinct songplays.user_id) as listeners

from {{ref "songplays"}} as songplays

inner join {{ref "time"}} as time
    on songplays.start_time = time.start_time

group by time.hour
order by time.hour
