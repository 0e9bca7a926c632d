-- Nobody lives in the sea off Ghana: 0, 0 is what a missing place becomes when someone fills it in.
select *
from {{ref "artists"}}
where (latitude = 0 and longitude = 0)
    or (latitude is null) <> (longitude is null)
