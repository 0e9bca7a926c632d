{{config unique_key="start_time" dist="start_time" sort="start_time"}}

with

moments as (

    select distinct start_time
    from {{ref "songplays"}}

)

select
    start_time,
    cast(extract(hour from start_time) as smallint) as hour,
    cast(extract(day from start_time) as smallint) as day,
    cast(extract(week from start_time) as smallint) as week,
    cast(extract(month from start_time) as smallint) as month,
    cast(extract(year from start_time) as smallint) as year,
    cast(extract(dow from start_time) as smallint) as weekday

from moments
