-- When in the day do people listen?
-- unit: a play, in the hour it began, over all days of the log; an hour without plays has no row
-- denominator: none, these are counts; a listener counts once in each of their hours
-- time zone: UTC, not that of the listener
-- unfinished period: if the last day of the log is still arriving, its later hours lack one day
select
    time.hour,
    count(*) as plays,
    count(distinct songplays.user_id) as listeners

from {{ref "songplays"}} as songplays

inner join {{ref "time"}} as time
    on songplays.start_time = time.start_time

group by time.hour
order by time.hour
