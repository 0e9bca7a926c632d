-- The songs that are played most, by the text of the log; with their id where the catalogue has them.
select
    song_title,
    artist_name,
    max(song_id) as song_id,
    count(*) as plays,
    count(distinct user_id) as listeners

from {{ref "songplays"}}

group by song_title, artist_name
order by plays desc, song_title, artist_name
limit 20
