-- With which browser? The order of the cases matters: every Chrome says that it is a Safari, too.
-- unit: a play; a listener counts once for each of their browsers
-- denominator: of percent_of_plays, all plays
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
with

browsers as (

    select
        user_id,
        case
            when user_agent is null then 'not known'
            when user_agent like '%Firefox/%' then 'Firefox'
            when user_agent like '%MSIE%' or user_agent like '%Trident/%' then 'Internet Explorer'
            when user_agent like '%Chrome/%' then 'Chrome'
            when user_agent like '%iPhone%' or user_agent like '%iPad%' then 'Safari on iOS'
            when user_agent like '%Safari/%' then 'Safari'
            else 'another'
        end as browser

    from {{ref "songplays"}}

)

select
    browser,
    count(*) as plays,
    count(distinct user_id) as listeners,
    round(100.0 * count(*) / sum(count(*)) over (), 1) as percent_of_plays

from browsers

group by browser
order by plays desc, browser
