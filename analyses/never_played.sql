-- How much of the catalogue nobody has ever played, by decade.
select
    coalesce(cast(songs.year / 10 * 10 as varchar(8)), 'not known') as decade,
    count(*) as songs,
    sum(case when played.song_id is null then 1 else 0 end) as never_played,
    round(100.0 * sum(case when played.song_id is null then 1 else 0 end) / count(*), 1) as never_played_percent

from {{ref "songs"}} as songs

left join (select distinct song_id from {{ref "songplays"}}) as played
    on songs.song_id = played.song_id

group by coalesce(cast(songs.year / 10 * 10 as varchar(8)), 'not known')
order by decade
