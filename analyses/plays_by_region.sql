-- Where do people listen, and who?
-- unit: a play, in the region of its location
-- denominator: none, these are counts; a listener counts once in each of their regions
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
select
    coalesce(places.region, 'not known') as region,
    coalesce(users.gender, 'not known') as gender,
    count(*) as plays,
    count(distinct songplays.user_id) as listeners

from {{ref "songplays"}} as songplays

inner join {{ref "users"}} as users
    on songplays.user_id = users.user_id

left join {{ref "places"}} as places
    on songplays.location = places.location

group by coalesce(places.region, 'not known'), coalesce(users.gender, 'not known')
order by plays desc, region, gender
