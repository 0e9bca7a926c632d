{{config unique_key="location" dist="all" sort="location"}}

with

plays as (

    select distinct location
    from {{ref "songplays"}}
    where location is not null

),

-- 'New York-Newark-Jersey City, NY-NJ-PA': the metro area, then its states, the first of which is the one that counts.
parted as (

    select
        location,
        split_part(location, ', ', 1) as metro,
        split_part(location, ', ', 2) as states,
        split_part(split_part(location, ', ', 2), '-', 1) as state

    from plays

),

us_states as (

    select * from {{ref "us_states"}}

)

select
    parted.location,
    parted.metro,
    parted.states,
    parted.state,
    us_states.state_name,
    us_states.region,
    us_states.division

from parted

left join us_states
    on parted.state = us_states.state
