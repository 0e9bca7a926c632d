-- Where do people listen, and who?
select
    coalesce(places.region, 'not known') as region,
    users.gender,
    count(*) as plays,
    count(distinct songplays.user_id) as listeners

from {{ref "songplays"}} as songplays

inner join {{ref "users"}} as users
    on songplays.user_id = users.user_id

left join {{ref "places"}} as places
    on songplays.location = places.location

group by coalesce(places.region, 'not known'), users.gender
order by plays desc, region, users.gender
