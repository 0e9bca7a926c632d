-- Of those who registered in one week, how many still listen in the weeks after?
-- unit: a user with a known time of registration, in the week of it; each week of the log since then is a row, one in which
--     none of them listens too
-- denominator: of retained_percent, cohort_size: all users of the cohort that the log knows, whether they ever listen or not
-- time zone: UTC, weeks from Monday to Sunday
-- unfinished period: is_complete_week is false for a week that the log does not hold from Monday to Sunday. Of who joined
--     before or at its start, the log knows only those who stayed until then: they look more faithful than the others
with recursive

{{> log_days events=(ref "staging_events")}},

weeks as (

    select distinct
        cast(date_trunc('week', day) as date) as week_of,
        first_day,
        last_day

    from log_days

),

users as (

    select
        user_id,
        cast(date_trunc('week', registered_at) as date) as cohort

    from {{ref "users"}}

    where registered_at is not null

),

cohorts as (

    select
        cohort,
        count(*) as users

    from users

    group by cohort

),

listening as (

    select
        users.cohort,
        cast(date_trunc('week', songplays.start_time) as date) as week_of,
        count(distinct users.user_id) as listeners

    from users

    inner join {{ref "songplays"}} as songplays
        on users.user_id = songplays.user_id

    group by users.cohort, cast(date_trunc('week', songplays.start_time) as date)

)

select
    cohorts.cohort as registered_in_week_of,
    case when cohorts.cohort <= weeks.first_day then 'before or at the start of the log' else 'during the log' end as joined,
    (weeks.week_of - cohorts.cohort) / 7 as weeks_later,
    cohorts.users as cohort_size,
    coalesce(listening.listeners, 0) as listeners,
    round(100.0 * coalesce(listening.listeners, 0) / cohorts.users, 1) as retained_percent,
    weeks.week_of >= weeks.first_day and weeks.week_of + 6 <= weeks.last_day as is_complete_week

from cohorts

inner join weeks
    on cohorts.cohort <= weeks.week_of

left join listening
    on cohorts.cohort = listening.cohort
    and weeks.week_of = listening.week_of

order by registered_in_week_of, weeks_later
