-- the run
delete from "sparkify_meta"."runs" where "run_id" = 'rrun000001';

-- the run
insert into "sparkify_meta"."runs" ("command", "finished_at", "run_id", "sequence_number", "started_at", "status") values ('test', null, 'rrun000001', 2, '2026-01-01 00:00:00', 'running');

-- model.sparkify.staging_events
create table "staging"."staging_events__rrun000001_delta" (
    "artist" varchar(1024),
    "auth" varchar(32),
    "first_name" varchar(256),
    "gender" varchar(8),
    "item_in_session" integer,
    "last_name" varchar(256),
    "length" double precision,
    "level" varchar(16),
    "location" varchar(1024),
    "method" varchar(8),
    "page" varchar(64),
    "registration" double precision,
    "session_id" integer,
    "song" varchar(1024),
    "status" integer,
    "ts" bigint,
    "user_agent" varchar(1024),
    "user_id" varchar(32),
    "_load_id" bigint default 2
)
diststyle even
sortkey("_load_id");

-- model.sparkify.staging_events
copy "staging"."staging_events__rrun000001_delta" ("artist", "auth", "first_name", "gender", "item_in_session", "last_name", "length", "level", "location", "method", "page", "registration", "session_id", "song", "status", "ts", "user_agent", "user_id")
from 's3://stage/lists/rrun000001/staging_events.manifest'
iam_role 'arn:aws:iam::123456789012:role/reads-raw'
manifest
region 'us-east-1'
json 's3://raw-data/log_json_path.json'
timeformat 'auto'
compupdate off;

-- model.sparkify.staging_events
analyze "staging"."staging_events__rrun000001_delta";

-- model.sparkify.staging_events
create view "staging"."staging_events__rrun000001" as

select "artist", "auth", "first_name", "gender", "item_in_session", "last_name", "length", "level", "location", "method", "page", "registration", "session_id", "song", "status", "ts", "user_agent", "user_id", "_load_id"
from "staging"."staging_events"

union all

select "artist", "auth", "first_name", "gender", "item_in_session", "last_name", "length", "level", "location", "method", "page", "registration", "session_id", "song", "status", "ts", "user_agent", "user_id", "_load_id"
from "staging"."staging_events__rrun000001_delta"
with no schema binding;

-- model.sparkify.plays
create view "intermediate"."plays__rrun000001" as

with

events as (

    select * from "staging"."staging_events__rrun000001"

)

select
    ---------- ids
    cast(session_id as varchar(16)) || '-' || cast(item_in_session as varchar(16)) as songplay_id,
    nullif(user_id, '') as user_id,
    session_id,
    item_in_session,

    ---------- what was played
    case
    when song like '%Ã%' then
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(
        song
        , 'ÃÂ ', ' ') , 'ÃÂ¡', '¡') , 'ÃÂ¢', '¢') , 'ÃÂ£', '£')
        , 'ÃÂ¤', '¤') , 'ÃÂ¥', '¥') , 'ÃÂ¦', '¦') , 'ÃÂ§', '§')
        , 'ÃÂ¨', '¨') , 'ÃÂ©', '©') , 'ÃÂª', 'ª') , 'ÃÂ«', '«')
        , 'ÃÂ¬', '¬') , 'ÃÂ­', '­') , 'ÃÂ®', '®') , 'ÃÂ¯', '¯')
        , 'ÃÂ°', '°') , 'ÃÂ±', '±') , 'ÃÂ²', '²') , 'ÃÂ³', '³')
        , 'ÃÂ´', '´') , 'ÃÂµ', 'µ') , 'ÃÂ¶', '¶') , 'ÃÂ·', '·')
        , 'ÃÂ¸', '¸') , 'ÃÂ¹', '¹') , 'ÃÂº', 'º') , 'ÃÂ»', '»')
        , 'ÃÂ¼', '¼') , 'ÃÂ½', '½') , 'ÃÂ¾', '¾') , 'ÃÂ¿', '¿')
        , 'ÃÂ', 'À') , 'ÃÂ', 'Á') , 'ÃÂ', 'Â') , 'ÃÂ', 'Ã')
        , 'ÃÂ', 'Ä') , 'ÃÂ', 'Å') , 'ÃÂ', 'Æ') , 'ÃÂ', 'Ç')
        , 'ÃÂ', 'È') , 'ÃÂ', 'É') , 'ÃÂ', 'Ê') , 'ÃÂ', 'Ë')
        , 'ÃÂ', 'Ì') , 'ÃÂ', 'Í') , 'ÃÂ', 'Î') , 'ÃÂ', 'Ï')
        , 'ÃÂ', 'Ð') , 'ÃÂ', 'Ñ') , 'ÃÂ', 'Ò') , 'ÃÂ', 'Ó')
        , 'ÃÂ', 'Ô') , 'ÃÂ', 'Õ') , 'ÃÂ', 'Ö') , 'ÃÂ', '×')
        , 'ÃÂ', 'Ø') , 'ÃÂ', 'Ù') , 'ÃÂ', 'Ú') , 'ÃÂ', 'Û')
        , 'ÃÂ', 'Ü') , 'ÃÂ', 'Ý') , 'ÃÂ', 'Þ') , 'ÃÂ', 'ß')
        , 'ÃÂ ', 'à') , 'ÃÂ¡', 'á') , 'ÃÂ¢', 'â') , 'ÃÂ£', 'ã')
        , 'ÃÂ¤', 'ä') , 'ÃÂ¥', 'å') , 'ÃÂ¦', 'æ') , 'ÃÂ§', 'ç')
        , 'ÃÂ¨', 'è') , 'ÃÂ©', 'é') , 'ÃÂª', 'ê') , 'ÃÂ«', 'ë')
        , 'ÃÂ¬', 'ì') , 'ÃÂ­', 'í') , 'ÃÂ®', 'î') , 'ÃÂ¯', 'ï')
        , 'ÃÂ°', 'ð') , 'ÃÂ±', 'ñ') , 'ÃÂ²', 'ò') , 'ÃÂ³', 'ó')
        , 'ÃÂ´', 'ô') , 'ÃÂµ', 'õ') , 'ÃÂ¶', 'ö') , 'ÃÂ·', '÷')
        , 'ÃÂ¸', 'ø') , 'ÃÂ¹', 'ù') , 'ÃÂº', 'ú') , 'ÃÂ»', 'û')
        , 'ÃÂ¼', 'ü') , 'ÃÂ½', 'ý') , 'ÃÂ¾', 'þ') , 'ÃÂ¿', 'ÿ')
        , 'Ã¢ÂÂ', '–') , 'Ã¢ÂÂ', '—') , 'Ã¢ÂÂ', '‘') , 'Ã¢ÂÂ', '’')
        , 'Ã¢ÂÂ', '“') , 'Ã¢ÂÂ', '”') , 'Ã¢ÂÂ¦', '…')
    else song
end as song_title,
    case
    when artist like '%Ã%' then
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(replace(replace(replace(
        artist
        , 'ÃÂ ', ' ') , 'ÃÂ¡', '¡') , 'ÃÂ¢', '¢') , 'ÃÂ£', '£')
        , 'ÃÂ¤', '¤') , 'ÃÂ¥', '¥') , 'ÃÂ¦', '¦') , 'ÃÂ§', '§')
        , 'ÃÂ¨', '¨') , 'ÃÂ©', '©') , 'ÃÂª', 'ª') , 'ÃÂ«', '«')
        , 'ÃÂ¬', '¬') , 'ÃÂ­', '­') , 'ÃÂ®', '®') , 'ÃÂ¯', '¯')
        , 'ÃÂ°', '°') , 'ÃÂ±', '±') , 'ÃÂ²', '²') , 'ÃÂ³', '³')
        , 'ÃÂ´', '´') , 'ÃÂµ', 'µ') , 'ÃÂ¶', '¶') , 'ÃÂ·', '·')
        , 'ÃÂ¸', '¸') , 'ÃÂ¹', '¹') , 'ÃÂº', 'º') , 'ÃÂ»', '»')
        , 'ÃÂ¼', '¼') , 'ÃÂ½', '½') , 'ÃÂ¾', '¾') , 'ÃÂ¿', '¿')
        , 'ÃÂ', 'À') , 'ÃÂ', 'Á') , 'ÃÂ', 'Â') , 'ÃÂ', 'Ã')
        , 'ÃÂ', 'Ä') , 'ÃÂ', 'Å') , 'ÃÂ', 'Æ') , 'ÃÂ', 'Ç')
        , 'ÃÂ', 'È') , 'ÃÂ', 'É') , 'ÃÂ', 'Ê') , 'ÃÂ', 'Ë')
        , 'ÃÂ', 'Ì') , 'ÃÂ', 'Í') , 'ÃÂ', 'Î') , 'ÃÂ', 'Ï')
        , 'ÃÂ', 'Ð') , 'ÃÂ', 'Ñ') , 'ÃÂ', 'Ò') , 'ÃÂ', 'Ó')
        , 'ÃÂ', 'Ô') , 'ÃÂ', 'Õ') , 'ÃÂ', 'Ö') , 'ÃÂ', '×')
        , 'ÃÂ', 'Ø') , 'ÃÂ', 'Ù') , 'ÃÂ', 'Ú') , 'ÃÂ', 'Û')
        , 'ÃÂ', 'Ü') , 'ÃÂ', 'Ý') , 'ÃÂ', 'Þ') , 'ÃÂ', 'ß')
        , 'ÃÂ ', 'à') , 'ÃÂ¡', 'á') , 'ÃÂ¢', 'â') , 'ÃÂ£', 'ã')
        , 'ÃÂ¤', 'ä') , 'ÃÂ¥', 'å') , 'ÃÂ¦', 'æ') , 'ÃÂ§', 'ç')
        , 'ÃÂ¨', 'è') , 'ÃÂ©', 'é') , 'ÃÂª', 'ê') , 'ÃÂ«', 'ë')
        , 'ÃÂ¬', 'ì') , 'ÃÂ­', 'í') , 'ÃÂ®', 'î') , 'ÃÂ¯', 'ï')
        , 'ÃÂ°', 'ð') , 'ÃÂ±', 'ñ') , 'ÃÂ²', 'ò') , 'ÃÂ³', 'ó')
        , 'ÃÂ´', 'ô') , 'ÃÂµ', 'õ') , 'ÃÂ¶', 'ö') , 'ÃÂ·', '÷')
        , 'ÃÂ¸', 'ø') , 'ÃÂ¹', 'ù') , 'ÃÂº', 'ú') , 'ÃÂ»', 'û')
        , 'ÃÂ¼', 'ü') , 'ÃÂ½', 'ý') , 'ÃÂ¾', 'þ') , 'ÃÂ¿', 'ÿ')
        , 'Ã¢ÂÂ', '–') , 'Ã¢ÂÂ', '—') , 'Ã¢ÂÂ', '‘') , 'Ã¢ÂÂ', '’')
        , 'Ã¢ÂÂ', '“') , 'Ã¢ÂÂ', '”') , 'Ã¢ÂÂ¦', '…')
    else artist
end as artist_name,
    length as duration,

    ---------- how
    level,
    location,
    case when user_agent like '"%"' then substring(user_agent, 2, length(user_agent) - 2) else user_agent end as user_agent,

    ---------- when
    timestamp 'epoch' + (ts / 1000) * interval '1 second' + (ts % 1000) * interval '1 millisecond' as start_time,
    _load_id

from events

where page = 'NextSong'
with no schema binding;

-- model.sparkify.song_matches
create table "intermediate"."song_matches__rrun000001" (
    "songplay_id" varchar(40) not null,
    "song_id" varchar(32) not null,
    "artist_id" varchar(32) not null
)
diststyle key distkey("songplay_id")
sortkey("songplay_id");

-- model.sparkify.song_matches
insert into "intermediate"."song_matches__rrun000001" ("songplay_id", "song_id", "artist_id")
select "songplay_id", "song_id", "artist_id"
from (

with

plays as (

    select * from "intermediate"."plays__rrun000001"

),

catalogue as (

    select distinct
        title,
        artist_name,
        duration,
        song_id,
        artist_id
    from "staging"."staging_songs"

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

) as model;

-- model.sparkify.song_matches
analyze "intermediate"."song_matches__rrun000001";

-- model.sparkify.song_matches
create table "intermediate"."song_matches__rrun000001_difference" as

select "songplay_id", "song_id", "artist_id", sum("_difference_side") as "_difference_side"
from (
    select "songplay_id", "song_id", "artist_id", 1 as "_difference_side"
    from "intermediate"."song_matches__rrun000001"

    union all

    select "songplay_id", "song_id", "artist_id", -1 as "_difference_side"
    from "intermediate"."song_matches"
) as both_sides
group by "songplay_id", "song_id", "artist_id"
having sum("_difference_side") <> 0;

-- model.sparkify.songplays
create table "analytics"."songplays__rrun000001_delta" (
    "songplay_id" varchar(40) not null,
    "start_time" timestamp not null,
    "user_id" varchar(32) not null,
    "level" varchar(16) not null,
    "song_id" varchar(32),
    "artist_id" varchar(32),
    "session_id" integer not null,
    "item_in_session" integer not null,
    "song_title" varchar(1024) not null,
    "artist_name" varchar(1024) not null,
    "duration" double precision,
    "location" varchar(1024),
    "user_agent" varchar(1024)
)
diststyle key distkey("start_time")
sortkey("start_time");

-- model.sparkify.songplays
insert into "analytics"."songplays__rrun000001_delta" ("songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent")
select "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent"
from (

with

plays as (

    select * from "intermediate"."plays__rrun000001"

),

matches as (

    select * from "intermediate"."song_matches__rrun000001"

),

-- Plays that are published already, and of which the catalogue now says something else: a song came later.
rematched as (

    select published.songplay_id

    from "analytics"."songplays" as published

    left join matches
        on published.songplay_id = matches.songplay_id

    where coalesce(published.song_id, '') <> coalesce(matches.song_id, '')
        or coalesce(published.artist_id, '') <> coalesce(matches.artist_id, '')

),

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

    where plays._load_id > 1
        or plays.songplay_id in (select songplay_id from rematched)

)

select * from final

) as model;

-- model.sparkify.songplays
analyze "analytics"."songplays__rrun000001_delta";

-- model.sparkify.songplays
create view "analytics"."songplays__rrun000001" as

select "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent"
from "analytics"."songplays" as published
where not exists (
    select 1
    from "analytics"."songplays__rrun000001_delta" as new_rows
    where new_rows."songplay_id" = published."songplay_id"
)

union all

select "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent"
from "analytics"."songplays__rrun000001_delta"
with no schema binding;

-- model.sparkify.songplays
create table "analytics"."songplays__rrun000001_difference" as

select "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent", sum("_difference_side") as "_difference_side"
from (
    select "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent", 1 as "_difference_side"
    from "analytics"."songplays__rrun000001_delta"

    union all

    select "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent", -1 as "_difference_side"
    from "analytics"."songplays" as published
    where exists (
        select 1
        from "analytics"."songplays__rrun000001_delta" as new_rows
        where new_rows."songplay_id" = published."songplay_id"
    )
) as both_sides
group by "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent", case when "duration" = 0 then cast("duration" as varchar) end
having sum("_difference_side") <> 0;

-- model.sparkify.users
create table "analytics"."users__rrun000001" (
    "user_id" varchar(32) not null,
    "first_name" varchar(256),
    "last_name" varchar(256),
    "gender" varchar(8),
    "level" varchar(16) not null,
    "registered_at" timestamp
)
diststyle all
sortkey("user_id");

-- model.sparkify.users
insert into "analytics"."users__rrun000001" ("user_id", "first_name", "last_name", "gender", "level", "registered_at")
select "user_id", "first_name", "last_name", "gender", "level", "registered_at"
from (

with

events as (

    select * from "staging"."staging_events__rrun000001"

),

numbered as (

    select
        *,
        row_number() over (
            partition by user_id
            order by ts desc, item_in_session desc, session_id desc
        ) as recency

    from events

    where user_id <> ''

)

select
    user_id,
    first_name,
    last_name,
    gender,
    level,
    -- A time outside of this century is a mistake in the raw data.
    case
        when registration >= 946684800000 and registration < 4102444800000
            then timestamp 'epoch' + (cast(registration as bigint) / 1000) * interval '1 second' + (cast(registration as bigint) % 1000) * interval '1 millisecond'
    end as registered_at

from numbered

where recency = 1

) as model;

-- model.sparkify.users
analyze "analytics"."users__rrun000001";

-- model.sparkify.users
create table "analytics"."users__rrun000001_difference" as

select "user_id", "first_name", "last_name", "gender", "level", "registered_at", sum("_difference_side") as "_difference_side"
from (
    select "user_id", "first_name", "last_name", "gender", "level", "registered_at", 1 as "_difference_side"
    from "analytics"."users__rrun000001"

    union all

    select "user_id", "first_name", "last_name", "gender", "level", "registered_at", -1 as "_difference_side"
    from "analytics"."users"
) as both_sides
group by "user_id", "first_name", "last_name", "gender", "level", "registered_at"
having sum("_difference_side") <> 0;

-- seed.sparkify.us_states
create table "analytics"."us_states__rrun000001" (
    "state" char(2) not null,
    "state_name" varchar(32) not null,
    "region" varchar(16) not null,
    "division" varchar(32) not null
);

-- seed.sparkify.us_states
-- rows are appended to analytics.us_states__rrun000001;

-- seed.sparkify.us_states
analyze "analytics"."us_states__rrun000001";

-- seed.sparkify.us_states
create table "analytics"."us_states__rrun000001_difference" as

select "state", "state_name", "region", "division", sum("_difference_side") as "_difference_side"
from (
    select "state", "state_name", "region", "division", 1 as "_difference_side"
    from "analytics"."us_states__rrun000001"

    union all

    select "state", "state_name", "region", "division", -1 as "_difference_side"
    from "analytics"."us_states"
) as both_sides
group by "state", "state_name", "region", "division"
having sum("_difference_side") <> 0;

-- model.sparkify.artists
create table "analytics"."artists__rrun000001" (
    "artist_id" varchar(32) not null,
    "name" varchar(1024) not null,
    "location" varchar(1024),
    "latitude" double precision,
    "longitude" double precision
)
diststyle all
sortkey("artist_id");

-- model.sparkify.artists
insert into "analytics"."artists__rrun000001" ("artist_id", "name", "location", "latitude", "longitude")
select "artist_id", "name", "location", "latitude", "longitude"
from (

with

delivered as (

    select * from "staging"."staging_songs"

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

) as model;

-- model.sparkify.artists
analyze "analytics"."artists__rrun000001";

-- model.sparkify.artists
create table "analytics"."artists__rrun000001_difference" as

select "artist_id", "name", "location", "latitude", "longitude", sum("_difference_side") as "_difference_side"
from (
    select "artist_id", "name", "location", "latitude", "longitude", 1 as "_difference_side"
    from "analytics"."artists__rrun000001"

    union all

    select "artist_id", "name", "location", "latitude", "longitude", -1 as "_difference_side"
    from "analytics"."artists"
) as both_sides
group by "artist_id", "name", "location", "latitude", "longitude", case when "latitude" = 0 then cast("latitude" as varchar) end, case when "longitude" = 0 then cast("longitude" as varchar) end
having sum("_difference_side") <> 0;

-- model.sparkify.places
create table "analytics"."places__rrun000001" (
    "location" varchar(1024) not null,
    "metro" varchar(1024) not null,
    "states" varchar(64),
    "state" varchar(8),
    "state_name" varchar(32),
    "region" varchar(16),
    "division" varchar(32)
)
diststyle all
sortkey("location");

-- model.sparkify.places
insert into "analytics"."places__rrun000001" ("location", "metro", "states", "state", "state_name", "region", "division")
select "location", "metro", "states", "state", "state_name", "region", "division"
from (

with

plays as (

    select distinct location
    from "analytics"."songplays__rrun000001"
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

    select * from "analytics"."us_states__rrun000001"

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

) as model;

-- model.sparkify.places
analyze "analytics"."places__rrun000001";

-- model.sparkify.places
create table "analytics"."places__rrun000001_difference" as

select "location", "metro", "states", "state", "state_name", "region", "division", sum("_difference_side") as "_difference_side"
from (
    select "location", "metro", "states", "state", "state_name", "region", "division", 1 as "_difference_side"
    from "analytics"."places__rrun000001"

    union all

    select "location", "metro", "states", "state", "state_name", "region", "division", -1 as "_difference_side"
    from "analytics"."places"
) as both_sides
group by "location", "metro", "states", "state", "state_name", "region", "division"
having sum("_difference_side") <> 0;

-- model.sparkify.songs
create table "analytics"."songs__rrun000001" (
    "song_id" varchar(32) not null,
    "title" varchar(1024) not null,
    "artist_id" varchar(32) not null,
    "year" integer,
    "duration" double precision not null
)
diststyle all
sortkey("song_id");

-- model.sparkify.songs
insert into "analytics"."songs__rrun000001" ("song_id", "title", "artist_id", "year", "duration")
select "song_id", "title", "artist_id", "year", "duration"
from (

with

delivered as (

    select * from "staging"."staging_songs"

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

) as model;

-- model.sparkify.songs
analyze "analytics"."songs__rrun000001";

-- model.sparkify.songs
create table "analytics"."songs__rrun000001_difference" as

select "song_id", "title", "artist_id", "year", "duration", sum("_difference_side") as "_difference_side"
from (
    select "song_id", "title", "artist_id", "year", "duration", 1 as "_difference_side"
    from "analytics"."songs__rrun000001"

    union all

    select "song_id", "title", "artist_id", "year", "duration", -1 as "_difference_side"
    from "analytics"."songs"
) as both_sides
group by "song_id", "title", "artist_id", "year", "duration", case when "duration" = 0 then cast("duration" as varchar) end
having sum("_difference_side") <> 0;

-- model.sparkify.time
create table "analytics"."time__rrun000001" (
    "start_time" timestamp not null,
    "hour" smallint not null,
    "day" smallint not null,
    "week" smallint not null,
    "month" smallint not null,
    "year" smallint not null,
    "weekday" smallint not null
)
diststyle key distkey("start_time")
sortkey("start_time");

-- model.sparkify.time
insert into "analytics"."time__rrun000001" ("start_time", "hour", "day", "week", "month", "year", "weekday")
select "start_time", "hour", "day", "week", "month", "year", "weekday"
from (

with

moments as (

    select distinct start_time
    from "analytics"."songplays__rrun000001"

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

) as model;

-- model.sparkify.time
analyze "analytics"."time__rrun000001";

-- model.sparkify.time
create table "analytics"."time__rrun000001_difference" as

select "start_time", "hour", "day", "week", "month", "year", "weekday", sum("_difference_side") as "_difference_side"
from (
    select "start_time", "hour", "day", "week", "month", "year", "weekday", 1 as "_difference_side"
    from "analytics"."time__rrun000001"

    union all

    select "start_time", "hour", "day", "week", "month", "year", "weekday", -1 as "_difference_side"
    from "analytics"."time"
) as both_sides
group by "start_time", "hour", "day", "week", "month", "year", "weekday"
having sum("_difference_side") <> 0;

-- model.sparkify.user_levels
create table "analytics"."user_levels__rrun000001" (
    "user_id" varchar(32) not null,
    "level" varchar(16) not null,
    "valid_from" timestamp not null,
    "valid_to" timestamp
)
diststyle all
sortkey("user_id", "valid_from");

-- model.sparkify.user_levels
insert into "analytics"."user_levels__rrun000001" ("user_id", "level", "valid_from", "valid_to")
select "user_id", "level", "valid_from", "valid_to"
from (

with

events as (

    select * from "staging"."staging_events__rrun000001"

),

-- Of events in the same millisecond the last one counts.
observed as (

    select
        user_id,
        ts,
        level,
        row_number() over (
            partition by user_id, ts
            order by item_in_session desc, session_id desc
        ) as recency

    from events

    where user_id <> ''

),

compared as (

    select
        user_id,
        ts,
        level,
        lag(level) over (partition by user_id order by ts) as level_before

    from observed

    where recency = 1

),

changes as (

    select
        user_id,
        level,
        ts,
        lead(ts) over (partition by user_id order by ts) as next_ts

    from compared

    where level_before is null
        or level <> level_before

)

select
    user_id,
    level,
    timestamp 'epoch' + (ts / 1000) * interval '1 second' + (ts % 1000) * interval '1 millisecond' as valid_from,
    timestamp 'epoch' + (next_ts / 1000) * interval '1 second' + (next_ts % 1000) * interval '1 millisecond' as valid_to

from changes

) as model;

-- model.sparkify.user_levels
analyze "analytics"."user_levels__rrun000001";

-- model.sparkify.user_levels
create table "analytics"."user_levels__rrun000001_difference" as

select "user_id", "level", "valid_from", "valid_to", sum("_difference_side") as "_difference_side"
from (
    select "user_id", "level", "valid_from", "valid_to", 1 as "_difference_side"
    from "analytics"."user_levels__rrun000001"

    union all

    select "user_id", "level", "valid_from", "valid_to", -1 as "_difference_side"
    from "analytics"."user_levels"
) as both_sides
group by "user_id", "level", "valid_from", "valid_to"
having sum("_difference_side") <> 0;

-- the run
drop table if exists "sparkify_meta"."loaded_files__rrun000001";

-- the run
create table "sparkify_meta"."loaded_files__rrun000001" (
    "unique_id" varchar(256),
    "root" varchar(4096),
    "path" varchar(4096),
    "size_bytes" bigint,
    "modified_ms" bigint,
    "content_hash" varchar(64),
    "load_id" bigint,
    "loaded_at" timestamp
);

-- the run
-- rows are appended to sparkify_meta.loaded_files__rrun000001;

-- the run
insert into "staging"."staging_events" ("artist", "auth", "first_name", "gender", "item_in_session", "last_name", "length", "level", "location", "method", "page", "registration", "session_id", "song", "status", "ts", "user_agent", "user_id", "_load_id")
select "artist", "auth", "first_name", "gender", "item_in_session", "last_name", "length", "level", "location", "method", "page", "registration", "session_id", "song", "status", "ts", "user_agent", "user_id", "_load_id"
from "staging"."staging_events__rrun000001_delta";

-- the run
delete from "intermediate"."song_matches"
using "intermediate"."song_matches__rrun000001_difference" as keys
where "intermediate"."song_matches"."songplay_id" = keys."songplay_id";

-- the run
insert into "intermediate"."song_matches" ("songplay_id", "song_id", "artist_id")
select "songplay_id", "song_id", "artist_id"
from "intermediate"."song_matches__rrun000001" as new_rows
where exists (
    select 1
    from "intermediate"."song_matches__rrun000001_difference" as keys
    where keys."songplay_id" = new_rows."songplay_id"
);

-- the run
delete from "analytics"."songplays"
using "analytics"."songplays__rrun000001_difference" as keys
where "analytics"."songplays"."songplay_id" = keys."songplay_id";

-- the run
insert into "analytics"."songplays" ("songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent")
select "songplay_id", "start_time", "user_id", "level", "song_id", "artist_id", "session_id", "item_in_session", "song_title", "artist_name", "duration", "location", "user_agent"
from "analytics"."songplays__rrun000001_delta" as new_rows
where exists (
    select 1
    from "analytics"."songplays__rrun000001_difference" as keys
    where keys."songplay_id" = new_rows."songplay_id"
);

-- the run
delete from "analytics"."time"
using "analytics"."time__rrun000001_difference" as keys
where "analytics"."time"."start_time" = keys."start_time";

-- the run
insert into "analytics"."time" ("start_time", "hour", "day", "week", "month", "year", "weekday")
select "start_time", "hour", "day", "week", "month", "year", "weekday"
from "analytics"."time__rrun000001" as new_rows
where exists (
    select 1
    from "analytics"."time__rrun000001_difference" as keys
    where keys."start_time" = new_rows."start_time"
);

-- the run
delete from "sparkify_meta"."loaded_files"
using "sparkify_meta"."loaded_files__rrun000001" as keys
where "sparkify_meta"."loaded_files"."unique_id" = keys."unique_id"
    and "sparkify_meta"."loaded_files"."path" = keys."path";

-- the run
insert into "sparkify_meta"."loaded_files" ("unique_id", "root", "path", "size_bytes", "modified_ms", "content_hash", "load_id", "loaded_at")
select "unique_id", "root", "path", "size_bytes", "modified_ms", "content_hash", "load_id", "loaded_at"
from "sparkify_meta"."loaded_files__rrun000001"
where load_id is not null;

-- the run
delete from "sparkify_meta"."published_nodes" where "unique_id" in ('model.sparkify.staging_events', 'model.sparkify.staging_songs', 'seed.sparkify.us_states', 'model.sparkify.artists', 'model.sparkify.plays', 'model.sparkify.songs', 'model.sparkify.user_levels', 'model.sparkify.users', 'model.sparkify.song_matches', 'model.sparkify.songplays', 'model.sparkify.places', 'model.sparkify.time');

-- the run
insert into "sparkify_meta"."published_nodes" ("contract_hash", "fingerprint", "identifier", "loaded_up_to", "published_at", "relation_type", "run_id", "schema_name", "unique_id") values ('fingerprint', 'fingerprint', 'staging_events', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'staging', 'model.sparkify.staging_events'), ('fingerprint', 'fingerprint', 'staging_songs', 1, '2026-01-01 00:00:00', 'table', 'rrun000001', 'staging', 'model.sparkify.staging_songs'), ('fingerprint', 'fingerprint', 'us_states', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'analytics', 'seed.sparkify.us_states'), ('fingerprint', 'fingerprint', 'artists', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'analytics', 'model.sparkify.artists'), ('fingerprint', 'fingerprint', 'plays', 2, '2026-01-01 00:00:00', 'view', 'rrun000001', 'intermediate', 'model.sparkify.plays'), ('fingerprint', 'fingerprint', 'songs', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'analytics', 'model.sparkify.songs'), ('fingerprint', 'fingerprint', 'user_levels', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'analytics', 'model.sparkify.user_levels'), ('fingerprint', 'fingerprint', 'users', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'analytics', 'model.sparkify.users'), ('fingerprint', 'fingerprint', 'song_matches', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'intermediate', 'model.sparkify.song_matches'), ('fingerprint', 'fingerprint', 'songplays', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'analytics', 'model.sparkify.songplays'), ('fingerprint', 'fingerprint', 'places', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'analytics', 'model.sparkify.places'), ('fingerprint', 'fingerprint', 'time', 2, '2026-01-01 00:00:00', 'table', 'rrun000001', 'analytics', 'model.sparkify.time');

-- the run
update "sparkify_meta"."runs" set "status" = 'published', "finished_at" = '2026-01-01 00:00:00' where "run_id" = 'rrun000001';

-- the run
drop view if exists "staging"."staging_events__rrun000001";

-- the run
drop view if exists "intermediate"."plays__rrun000001";

-- the run
drop view if exists "analytics"."songplays__rrun000001";

-- the run
drop table if exists "staging"."staging_events__rrun000001_delta";

-- the run
drop table if exists "sparkify_meta"."loaded_files__rrun000001";

-- the run
drop table if exists "intermediate"."song_matches__rrun000001_difference";

-- the run
drop table if exists "intermediate"."song_matches__rrun000001";

-- the run
drop table if exists "analytics"."users__rrun000001_difference";

-- the run
drop table if exists "analytics"."users__rrun000001";

-- the run
drop table if exists "analytics"."user_levels__rrun000001_difference";

-- the run
drop table if exists "analytics"."user_levels__rrun000001";

-- the run
drop table if exists "analytics"."us_states__rrun000001_difference";

-- the run
drop table if exists "analytics"."us_states__rrun000001";

-- the run
drop table if exists "analytics"."time__rrun000001_difference";

-- the run
drop table if exists "analytics"."time__rrun000001";

-- the run
drop table if exists "analytics"."songs__rrun000001_difference";

-- the run
drop table if exists "analytics"."songs__rrun000001";

-- the run
drop table if exists "analytics"."songplays__rrun000001_difference";

-- the run
drop table if exists "analytics"."songplays__rrun000001_delta";

-- the run
drop table if exists "analytics"."places__rrun000001_difference";

-- the run
drop table if exists "analytics"."places__rrun000001";

-- the run
drop table if exists "analytics"."artists__rrun000001_difference";

-- the run
drop table if exists "analytics"."artists__rrun000001";
