-- The songs that are played most, by the text of the log; with their id where the catalogue has them.
-- unit: a play; of a song with several takes in the catalogue, song_id is the last of the ids
-- denominator: none, these are counts
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
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
