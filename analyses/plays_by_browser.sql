-- With which browser? The order of the cases matters: every Chrome says that it is a Safari, too.
with

browsers as (

    select
        user_id,
        case
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
    count(distinct user_id) as listeners

from browsers

group by browser
order by plays desc
