{{config unique_key="artist_id" dist="all" sort="artist_id"}}

with

delivered as (

    select * from {{ref "staging_songs"}}

),

names as (

    select
        artist_id,
        artist_name,
        row_number() over (
            partition by artist_id
            order by count(*) desc, length(artist_name), artist_name
        ) as preference

    from delivered

    group by artist_id, artist_name

),

-- Place and coordinates are taken from one and the same row, the one that knows most.
places as (

    select
        artist_id,
        nullif(artist_location, '') as location,
        artist_latitude as latitude,
        artist_longitude as longitude,
        row_number() over (
            partition by artist_id
            order by
                case when artist_latitude is null or artist_longitude is null then 1 else 0 end,
                case when artist_location is null or artist_location = '' then 1 else 0 end,
                song_id,
                artist_location,
                artist_latitude,
                artist_longitude
        ) as preference

    from delivered

)

select
    names.artist_id,
    names.artist_name as name,
    places.location,
    places.latitude,
    places.longitude

from names

inner join places
    on names.artist_id = places.artist_id

where names.preference = 1
    and places.preference = 1
