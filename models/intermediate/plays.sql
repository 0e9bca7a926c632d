with

events as (

    select * from {{ref "staging_events"}}

)

select
    ---------- ids
    cast(session_id as varchar(16)) || '-' || cast(item_in_session as varchar(16)) as songplay_id,
    nullif(user_id, '') as user_id,
    session_id,
    item_in_session,

    ---------- what was played
    {{> repaired_text text="song"}} as song_title,
    {{> repaired_text text="artist"}} as artist_name,
    length as duration,

    ---------- how
    level,
    location,
    {{> unquoted text="user_agent"}} as user_agent,

    ---------- when
    {{> timestamp_from_ms ms="ts"}} as start_time,
    _load_id

from events

where page = 'NextSong'
