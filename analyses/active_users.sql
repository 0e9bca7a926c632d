-- How many people listen on a day, how many in its week, and how sticky is that?
-- unit: a user who plays at least one song; a day without plays is a row of zeros
-- denominator: of stickiness, the users of the day's week, Monday to Sunday
-- time zone: UTC
-- unfinished period: weekly_users and stickiness are null in a week that the log does not hold from Monday to Sunday
with recursive

{{> log_days events=(ref "staging_events")}},

days as (

    select
        day,
        cast(date_trunc('week', day) as date) as week_of,
        first_day,
        last_day

    from log_days

),

daily as (

    select
        cast(start_time as date) as day,
        count(distinct user_id) as users

    from {{ref "songplays"}}

    group by cast(start_time as date)

),

weekly as (

    select
        cast(date_trunc('week', start_time) as date) as week_of,
        count(distinct user_id) as users

    from {{ref "songplays"}}

    group by cast(date_trunc('week', start_time) as date)

),

counted as (

    select
        days.day,
        days.week_of,
        coalesce(daily.users, 0) as daily_users,
        case
            when days.week_of >= days.first_day and days.week_of + 6 <= days.last_day
                then coalesce(weekly.users, 0)
        end as weekly_users

    from days

    left join daily
        on days.day = daily.day

    left join weekly
        on days.week_of = weekly.week_of

)

select
    day,
    week_of,
    daily_users,
    weekly_users,
    round(1.0 * daily_users / nullif(weekly_users, 0), 2) as stickiness

from counted

order by day
