{{config
    materialized="incremental"
    unique_key="songplay_id"
    dist="start_time"
    sort="start_time"
}}

with

plays as (

    select * from {{ref "plays"}}

),

matches as (

    select * from {{ref "song_matches"}}

),

{{#if is_incremental}}
-- Plays that are published already, and of which the catalogue now says something else: a song came later.
rematched as (

    select published.songplay_id

    from {{self}} as published

    left join matches
        on published.songplay_id = matches.songplay_id

    where coalesce(published.song_id, '') <> coalesce(matches.song_id, '')
        or coalesce(published.artist_id, '') <> coalesce(matches.artist_id, '')

),

{{/if}}
final as (

    select
        plays.songplay_id,
        plays.start_time,
        plays.user_id,
        plays.level,
        matches.song_id,
        matches.artist_id,
        plays.session_id,
        plays.item_in_session,
        plays.song_title,
        plays.artist_name,
        plays.duration,
        plays.location,
        plays.user_agent

    from plays

    left join matches
        on plays.songplay_id = matches.songplay_id

    {{#if is_incremental}}
    where plays._load_id > {{watermark}}
        or plays.songplay_id in (select songplay_id from rematched)
    {{/if}}

)

select * from final
