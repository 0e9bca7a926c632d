-- Of those who registered in one week, how many still listen in the weeks after?
with

cohorts as (

    select
        user_id,
        date_trunc('week', registered_at) as cohort

    from {{ref "users"}}

    where registered_at is not null

),

listening as (

    select distinct
        user_id,
        date_trunc('week', start_time) as week

    from {{ref "songplays"}}

)

select
    cast(cohorts.cohort as date) as registered_in_week_of,
    datediff('day', cohorts.cohort, listening.week) / 7 as weeks_later,
    count(*) as listeners

from cohorts

inner join listening
    on cohorts.user_id = listening.user_id

where listening.week >= cohorts.cohort

group by cohorts.cohort, datediff('day', cohorts.cohort, listening.week) / 7
order by registered_in_week_of, weeks_later
