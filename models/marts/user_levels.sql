{{config unique_key="user_id,valid_from" dist="all" sort="user_id,valid_from"}}

with

events as (

    select * from {{ref "staging_events"}}

),

-- Of events in the same millisecond the last one counts.
observed as (

    select
        user_id,
        ts,
        level,
        row_number() over (
            partition by user_id, ts
            order by item_in_session desc, session_id desc
        ) as recency

    from events

    where user_id <> ''

),

compared as (

    select
        user_id,
        ts,
        level,
        lag(level) over (partition by user_id order by ts) as level_before

    from observed

    where recency = 1

),

changes as (

    select
        user_id,
        level,
        ts,
        lead(ts) over (partition by user_id order by ts) as next_ts

    from compared

    where level_before is null
        or level <> level_before

)

select
    user_id,
    level,
    {{> timestamp_from_ms ms="ts"}} as valid_from,
    {{> timestamp_from_ms ms="next_ts"}} as valid_to

from changes
