-- From which decade is what people play, as far as the catalogue knows the year?
select
    songs.year / 10 * 10 as decade,
    count(*) as plays,
    count(distinct songs.song_id) as songs

from {{ref "songplays"}} as songplays

inner join {{ref "songs"}} as songs
    on songplays.song_id = songs.song_id

where songs.year is not null

group by songs.year / 10 * 10
order by decade
