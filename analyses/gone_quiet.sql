-- Power users who have gone quiet: they played at least as much as the average listener, and nothing at all has been logged
-- of them, on any page, for 7 days.
-- unit: a user; days_quiet is the days from that of their last event to the last day of the log
-- denominator: of the average, all users with at least one play
-- time zone: UTC
-- unfinished period: the last day of the log counts as a whole day
with

events as (

    select
        user_id,
        cast({{> timestamp_from_ms ms="ts"}} as date) as day

    from {{ref "staging_events"}}

),

log as (

    select max(day) as last_day
    from events

),

last_seen as (

    select
        user_id,
        max(day) as last_seen

    from events

    group by user_id

),

listeners as (

    select
        user_id,
        count(*) as plays,
        avg(1.0 * count(*)) over () as average_plays

    from {{ref "songplays"}}

    group by user_id

)

select
    users.user_id,
    users.first_name,
    users.last_name,
    users.level,
    listeners.plays,
    last_seen.last_seen,
    log.last_day - last_seen.last_seen as days_quiet

from listeners

inner join last_seen
    on listeners.user_id = last_seen.user_id

inner join {{ref "users"}} as users
    on listeners.user_id = users.user_id

cross join log

where listeners.plays >= listeners.average_plays
    and log.last_day - last_seen.last_seen >= 7

order by listeners.plays desc, users.user_id
limit 20
