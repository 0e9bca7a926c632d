-- From which decade is what people play, as far as the catalogue knows the year?
-- unit: a play of a song whose year of release is known; most plays are of songs that the catalogue does not have
-- denominator: of percent_of_dated_plays, dated_plays: the plays with a known year; of dated_percent, all_plays
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period of listening is compared
with

plays as (

    select
        songs.song_id,
        songs.year / 10 * 10 as decade,
        count(songs.year) over () as dated_plays,
        count(*) over () as all_plays

    from {{ref "songplays"}} as songplays

    left join {{ref "songs"}} as songs
        on songplays.song_id = songs.song_id

)

select
    decade,
    count(*) as plays,
    count(distinct song_id) as songs,
    round(100.0 * count(*) / dated_plays, 1) as percent_of_dated_plays,
    dated_plays,
    all_plays,
    round(100.0 * dated_plays / all_plays, 1) as dated_percent

from plays

where decade is not null

group by decade, dated_plays, all_plays
order by decade
