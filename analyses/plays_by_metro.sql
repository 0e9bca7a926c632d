-- The metro areas with the most plays.
select
    places.metro,
    places.state_name,
    count(*) as plays,
    count(distinct songplays.user_id) as listeners

from {{ref "songplays"}} as songplays

inner join {{ref "places"}} as places
    on songplays.location = places.location

group by places.metro, places.state_name
order by plays desc, places.metro
limit 15
