-- Songs that the same people play again and again.
-- unit: a song, by the text of the log, that at least 3 people have played; of songs with an equal figure, that with more
--     plays comes first, then by title and artist
-- denominator: of plays_a_listener, the users who played the song
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
with

listening as (

    select
        song_title,
        artist_name,
        user_id,
        count(*) as plays

    from {{ref "songplays"}}

    group by song_title, artist_name, user_id

)

select
    song_title,
    artist_name,
    count(*) as listeners,
    sum(plays) as plays,
    round(1.0 * sum(plays) / count(*), 2) as plays_a_listener,
    max(plays) as most_by_one_listener

from listening

group by song_title, artist_name

having count(*) >= 3

order by plays_a_listener desc, plays desc, song_title, artist_name
limit 15
