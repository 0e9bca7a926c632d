-- Is a day missing, or thin? Events as they were loaded, and how many of them are plays.
select
    cast(date_trunc('day', {{> timestamp_from_ms ms="ts"}}) as date) as day,
    count(*) as events,
    sum(case when page = 'NextSong' then 1 else 0 end) as plays,
    sum(case when user_id = '' then 1 else 0 end) as logged_out,
    count(distinct session_id) as sessions,
    max(_load_id) as last_loaded_by_run

from {{ref "staging_events"}}

group by cast(date_trunc('day', {{> timestamp_from_ms ms="ts"}}) as date)
order by day
