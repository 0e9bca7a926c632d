-- Is a day missing, or thin? Events as they were loaded, and how many of them are plays.
-- unit: an event of any page, logged in or out; a day without events is a row of zeros
-- denominator: none, these are counts
-- time zone: UTC
-- unfinished period: the last day of the log may still be arriving; days after it are not shown
with recursive

{{> log_days events=(ref "staging_events")}},

events as (

    select
        cast({{> timestamp_from_ms ms="ts"}} as date) as day,
        page,
        user_id,
        session_id,
        _load_id

    from {{ref "staging_events"}}

)

select
    log_days.day,
    count(events.day) as events,
    count(case when events.page = 'NextSong' then 1 end) as plays,
    count(case when events.user_id = '' then 1 end) as logged_out,
    count(distinct events.session_id) as sessions,
    max(events._load_id) as last_loaded_by_run

from log_days

left join events
    on log_days.day = events.day

group by log_days.day
order by log_days.day
