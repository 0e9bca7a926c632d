-- The metro areas with the most plays.
-- unit: a play, in the metro area of its location
-- denominator: of percent_of_plays, all plays, of those without a location too
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
with

plays as (

    select
        coalesce(places.metro, 'not known') as metro,
        coalesce(places.state_name, 'not known') as state_name,
        songplays.user_id

    from {{ref "songplays"}} as songplays

    left join {{ref "places"}} as places
        on songplays.location = places.location

)

select
    metro,
    state_name,
    count(*) as plays,
    count(distinct user_id) as listeners,
    round(100.0 * count(*) / sum(count(*)) over (), 1) as percent_of_plays

from plays

group by metro, state_name
order by plays desc, metro, state_name
limit 15
