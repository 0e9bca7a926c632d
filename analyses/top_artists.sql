-- The artists that are played most. By id alone, one artist under two names would count twice.
-- unit: a play, by the name of the artist in the log
-- denominator: of percent_of_plays, all plays
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
select
    artist_name,
    count(*) as plays,
    count(distinct song_title) as songs,
    count(distinct user_id) as listeners,
    round(100.0 * count(*) / sum(count(*)) over (), 2) as percent_of_plays

from {{ref "songplays"}}

group by artist_name
order by plays desc, artist_name
limit 20
