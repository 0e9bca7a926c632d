{{config unique_key="user_id" dist="all" sort="user_id"}}

with

events as (

    select * from {{ref "staging_events"}}

),

numbered as (

    select
        *,
        row_number() over (
            partition by user_id
            order by ts desc, item_in_session desc, session_id desc
        ) as recency

    from events

    where user_id <> ''

)

select
    user_id,
    first_name,
    last_name,
    gender,
    level,
    -- A time outside of this century is a mistake in the raw data.
    case
        when registration >= 946684800000 and registration < 4102444800000
            then {{> timestamp_from_ms ms="cast(registration as bigint)"}}
    end as registered_at

from numbered

where recency = 1
