-- The artists that are played most. By id alone, one artist under two names would count twice.
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
