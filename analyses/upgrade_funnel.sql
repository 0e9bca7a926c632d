-- Of those who look at the upgrade page, who submits it? And who leaves the paid plan?
-- unit: a user, once, however often they change. Who submits without having seen the page before, which may have been before
--     the log begins, is no part of the funnel and stands beside it as unseen
-- denominator: of upgraded_percent, those who saw the upgrade page; of downgraded_percent, those who saw the downgrade page
-- time zone: UTC; the funnel is of the whole log
-- unfinished period: who saw a page shortly before the log ends may yet submit it
with

users as (

    select
        user_id,
        min(case when page = 'Upgrade' then ts end) as saw_upgrade_at,
        max(case when page = 'Submit Upgrade' then ts end) as upgraded_at,
        min(case when page = 'Downgrade' then ts end) as saw_downgrade_at,
        max(case when page = 'Submit Downgrade' then ts end) as downgraded_at

    from {{ref "staging_events"}}

    where user_id <> ''

    group by user_id

),

stages as (

    select
        count(*) as users,
        count(saw_upgrade_at) as saw_upgrade,
        count(case when upgraded_at >= saw_upgrade_at then 1 end) as upgraded,
        count(upgraded_at) as all_upgraded,
        count(saw_downgrade_at) as saw_downgrade,
        count(case when downgraded_at >= saw_downgrade_at then 1 end) as downgraded,
        count(downgraded_at) as all_downgraded

    from users

)

select
    users,
    saw_upgrade,
    upgraded,
    round(100.0 * upgraded / nullif(saw_upgrade, 0), 1) as upgraded_percent,
    all_upgraded - upgraded as upgraded_unseen,
    saw_downgrade,
    downgraded,
    round(100.0 * downgraded / nullif(saw_downgrade, 0), 1) as downgraded_percent,
    all_downgraded - downgraded as downgraded_unseen

from stages
