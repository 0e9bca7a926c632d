-- A user has one level at a time: each begins where the one before ends, and only the last has no end.
with

levels as (

    select
        user_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by user_id order by valid_from) as next_from
    from {{ref "user_levels"}}

)

select *
from levels
where coalesce(valid_to, timestamp '2999-01-01') <> coalesce(next_from, timestamp '2999-01-01')
