-- What do those who pay listen to more?
-- unit: a play, with the level of its user at the time
-- denominator: of plays_a_listener, the users who played at that level: one who changed counts at both; of percent_of_plays,
--     all plays
-- time zone: UTC; plays of the whole log
-- unfinished period: none, no period is compared
select
    level,
    count(*) as plays,
    count(distinct user_id) as listeners,
    round(1.0 * count(*) / count(distinct user_id), 1) as plays_a_listener,
    round(100.0 * count(*) / sum(count(*)) over (), 1) as percent_of_plays

from {{ref "songplays"}}

group by level
order by level
