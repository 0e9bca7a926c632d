-- A join to the catalogue must neither lose plays nor double them.
with

counts as (

    select
        (select count(*) from {{ref "staging_events"}} where page = 'NextSong') as logged,
        (select count(*) from {{ref "songplays"}}) as kept

)

select * from counts where logged <> kept
