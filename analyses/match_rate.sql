-- How many plays are of songs in the catalogue, day by day?
-- unit: a play, on the day it began; a day without plays is a row of zeros
-- denominator: of match_percent, all plays of the day; null on a day without any
-- time zone: UTC
-- unfinished period: the last day of the log may still be arriving, which a rate does not mind
with recursive

{{> log_days events=(ref "staging_events")}}

select
    log_days.day,
    count(songplays.songplay_id) as plays,
    count(songplays.song_id) as matched,
    round(100.0 * count(songplays.song_id) / nullif(count(songplays.songplay_id), 0), 1) as match_percent

from log_days

left join {{ref "songplays"}} as songplays
    on log_days.day = cast(songplays.start_time as date)

group by log_days.day
order by log_days.day
