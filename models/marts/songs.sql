{{config unique_key="song_id" dist="all" sort="song_id"}}

with

delivered as (

    select * from {{ref "staging_songs"}}

),

numbered as (

    select
        *,
        row_number() over (
            partition by song_id
            order by title, artist_id, duration, year desc
        ) as preference

    from delivered

)

select
    song_id,
    title,
    artist_id,
    nullif(year, 0) as year,
    duration

from numbered

where preference = 1
