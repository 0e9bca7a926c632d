-- Songs that the same people play again and again.
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
    round(1.0 * sum(plays) / count(*), 1) as plays_a_listener,
    max(plays) as most_by_one_listener

from listening

group by song_title, artist_name

having count(*) >= 3

order by plays_a_listener desc, song_title, artist_name
limit 15
