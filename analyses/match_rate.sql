-- How many plays are of songs in the catalogue, day by day?
select
    cast(date_trunc('day', start_time) as date) as day,
    count(*) as plays,
    count(song_id) as matched,
    round(100.0 * count(song_id) / count(*), 1) as match_percent

from {{ref "songplays"}}

group by cast(date_trunc('day', start_time) as date)
order by day
