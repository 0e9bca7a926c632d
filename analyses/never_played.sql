-- How much of the catalogue has never been played, by decade?
-- unit: a song of the catalogue, by its id
-- denominator: of never_played_percent, the songs of the catalogue of that decade
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
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
