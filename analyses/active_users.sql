-- How many people listen on a day, how many in its week, and how sticky is that?
with

days as (

    select
        user_id,
        date_trunc('day', start_time) as day,
        date_trunc('week', start_time) as week

    from {{ref "songplays"}}

),

daily as (

    select
        day,
        week,
        count(distinct user_id) as daily_users

    from days

    group by day, week

),

weekly as (

    select
        week,
        count(distinct user_id) as weekly_users

    from days

    group by week

)

select
    cast(daily.day as date) as day,
    daily.daily_users,
    weekly.weekly_users,
    round(1.0 * daily.daily_users / weekly.weekly_users, 2) as stickiness

from daily

inner join weekly
    on daily.week = weekly.week

order by daily.day
