-- Functions of Redshift that DuckDB does not have, or has under another name. Run when a DuckDB database is opened to
-- be built; views may use them, since they stay in the database.

create or replace macro getdate() as
    cast(date_trunc('second', now() at time zone 'UTC') as timestamp);

create or replace macro nvl
    (a, b) as coalesce(a, b),
    (a, b, c) as coalesce(a, b, c),
    (a, b, c, d) as coalesce(a, b, c, d);

create or replace macro nvl2(tested, when_there, when_null) as
    case when tested is not null then when_there else when_null end;

-- The part stands in quotes, dateadd('day', 1, start_time): Redshift takes it both ways, DuckDB only this one.
create or replace macro dateadd(part, amount, moment) as
    cast(moment as timestamp) + case lower(part)
        when 'millisecond' then to_milliseconds(amount)
        when 'second' then to_seconds(amount)
        when 'minute' then to_minutes(amount)
        when 'hour' then to_hours(amount)
        when 'day' then to_days(amount)
        when 'week' then to_days(7 * amount)
        when 'month' then to_months(amount)
        when 'quarter' then to_months(3 * amount)
        when 'year' then to_years(amount)
        else error('dateadd: there is no part ' || part)
    end;

create or replace macro charindex(searched, whole) as
    strpos(whole, searched);

create or replace macro octet_length(value) as
    strlen(cast(value as varchar));

create or replace macro regexp_substr(value, pattern) as
    regexp_extract(value, pattern);
