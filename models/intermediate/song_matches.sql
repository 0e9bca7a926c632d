{{config materialized="table" unique_key="songplay_id" dist="songplay_id" sort="songplay_id"}}

with

plays as (

    select * from {{ref "plays"}}

),

catalogue as (

    select distinct
        title,
        artist_name,
        duration,
        song_id,
        artist_id
    from {{ref "staging_songs"}}

),

candidates as (

    select
        plays.songplay_id,
        catalogue.song_id,
        catalogue.artist_id,
        row_number() over (
            partition by plays.songplay_id
            order by
                abs(catalogue.duration - plays.duration),
                catalogue.song_id,
                catalogue.artist_id
        ) as preference

    from plays

    inner join catalogue
        on plays.song_title = catalogue.title
        and plays.artist_name = catalogue.artist_name

)

select
    songplay_id,
    song_id,
    artist_id

from candidates

where preference = 1
