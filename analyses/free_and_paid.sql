-- What do those who pay listen to more? The level is the one at the time of the play.
select
    level,
    count(*) as plays,
    count(distinct user_id) as listeners,
    round(1.0 * count(*) / count(distinct user_id), 1) as plays_a_listener,
    round(100.0 * count(*) / sum(count(*)) over (), 1) as percent_of_plays

from {{ref "songplays"}}

group by level
order by level
