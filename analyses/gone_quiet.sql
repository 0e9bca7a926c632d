-- People who listened much and have not been heard of for a week.
with

listeners as (

    select
        user_id,
        count(*) as plays,
        max(start_time) as last_play

    from {{ref "songplays"}}

    group by user_id

),

newest as (

    select max(start_time) as now_time
    from {{ref "songplays"}}

)

select
    users.user_id,
    users.first_name,
    users.last_name,
    users.level,
    listeners.plays,
    cast(listeners.last_play as date) as last_play,
    datediff('day', listeners.last_play, newest.now_time) as days_quiet

from listeners

inner join {{ref "users"}} as users
    on listeners.user_id = users.user_id

cross join newest

where datediff('day', listeners.last_play, newest.now_time) >= 7

order by listeners.plays desc, users.user_id
limit 20
