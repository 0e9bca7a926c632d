-- Of those who look at the upgrade page, who submits it? And who leaves the paid plan?
with

users as (

    select
        user_id,
        max(case when page = 'Upgrade' then 1 else 0 end) as saw_upgrade,
        max(case when page = 'Submit Upgrade' then 1 else 0 end) as upgraded,
        max(case when page = 'Downgrade' then 1 else 0 end) as saw_downgrade,
        max(case when page = 'Submit Downgrade' then 1 else 0 end) as downgraded

    from {{ref "staging_events"}}

    where user_id <> ''

    group by user_id

)

select
    count(*) as users,
    sum(saw_upgrade) as saw_upgrade,
    sum(upgraded) as upgraded,
    round(100.0 * sum(upgraded) / nullif(sum(saw_upgrade), 0), 1) as upgraded_percent,
    sum(saw_downgrade) as saw_downgrade,
    sum(downgraded) as downgraded,
    round(100.0 * sum(downgraded) / nullif(sum(saw_downgrade), 0), 1) as downgraded_percent

from users
