-- How much of all plays goes to the top tenth of songs, and to the tenths after it?
-- unit: a song, by the text of the log; songs with equally many plays are put in order by title and artist
-- denominator: of percent_of_plays, all plays
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
with

songs as (

    select
        song_title,
        artist_name,
        count(*) as plays

    from {{ref "songplays"}}

    group by song_title, artist_name

),

tenths as (

    select
        plays,
        ntile(10) over (order by plays desc, song_title, artist_name) as tenth

    from songs

)

select
    tenth,
    count(*) as songs,
    sum(plays) as plays,
    round(100.0 * sum(plays) / sum(sum(plays)) over (), 1) as percent_of_plays

from tenths

group by tenth
order by tenth
